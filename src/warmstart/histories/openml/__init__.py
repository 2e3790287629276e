"""OpenML's runs over one HTTP transport: requests, paging, caching and parsing."""
