"""The spool: lets media have the bodies that the gateway's user owns. ``python -m`` runs it."""
