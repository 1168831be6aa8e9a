"""What deserves an alert: pure functions of readings, a module a theme; ``store.alert_rules`` lists them for people."""
