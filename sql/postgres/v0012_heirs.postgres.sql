CREATE INDEX links_by_email ON links (email, purpose);
