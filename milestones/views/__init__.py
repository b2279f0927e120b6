"""Where milestones are seen and changed; a module per subject."""
