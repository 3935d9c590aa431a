"""The steps from a body to a published video, one a module; their order is the pipeline's."""
