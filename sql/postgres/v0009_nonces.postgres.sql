-- A token is spent when its successor has been rotated too; its nonce goes when the grace is over.
ALTER TABLE refresh_tokens ADD COLUMN is_spent BIGINT NOT NULL DEFAULT 0 CHECK (is_spent IN (0, 1));

UPDATE refresh_tokens SET is_spent = 1
WHERE nonce IS NOT NULL
    AND hash IN (SELECT predecessor FROM refresh_tokens WHERE predecessor IS NOT NULL AND rotated_at IS NOT NULL);

-- Only nonces that wait for the end of their grace, of which there are few.
CREATE INDEX refresh_tokens_by_nonce ON refresh_tokens (session_id, rotated_at)
WHERE nonce IS NOT NULL AND is_spent = 1;
