"""Rasa's custom actions: a few lines each.

They compose replies with mesofaq and change nothing: the service keeps
the record, so that a reply that Rasa loses is lost nowhere.
"""
