"""The statements of each step of the journal's schema, a module a step; a step that was released never changes."""
