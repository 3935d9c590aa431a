"""What mails of notices say."""
