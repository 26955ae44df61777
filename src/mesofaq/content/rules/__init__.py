"""The rules of `mesofaq content lint`: one subject a file, each a function from a `Corpus` to findings."""
