"""The courier: sends the mails of all services, and is alone in reaching the outside."""
