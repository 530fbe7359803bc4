"""The pages of pathways: for whoever learns, and for the desk."""
