"""What a trainer does with pathways: looks over them, changes one, fills sessions, keeps templates."""
