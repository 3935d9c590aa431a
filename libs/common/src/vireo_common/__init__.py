"""What every service is made of, without business rules: only codes and events name videos."""
