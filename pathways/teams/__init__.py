"""Who helps in an organisation, volunteers and employees alike: what each agreed to show, and what is missing."""
