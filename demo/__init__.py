"""What only a demonstration has: seeds, the one-click sign-in page and the demo mailbox. Installed by DEMO alone."""
