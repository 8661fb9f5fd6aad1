"""Networks that are away, or lie, for a moment, during a run."""





MOMENTS = []
