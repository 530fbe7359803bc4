"""The pages of badges: for whoever verifies, holds, recommends, decides."""
