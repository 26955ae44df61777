"""One file a revision, named after its number. A migration that has been released is never edited."""
