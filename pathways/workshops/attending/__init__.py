"""On the day and after it: who came, without network too, and what is attested."""
