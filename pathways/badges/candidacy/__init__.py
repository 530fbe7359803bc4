"""From candidate to holder: requests, evidence, endorsements, the jury and its rules."""
