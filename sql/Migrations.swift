/// The scripts of each engine's schema, in the order in which they are applied. A released one is never edited.
public enum Migrations {
    /// `sql/sqlite`.
    public static let sqlite = [
        Migration(1, "accounts", PackageResources.v0001_accounts_sqlite_sql),
        Migration(2, "sessions", PackageResources.v0002_sessions_sqlite_sql),
        Migration(3, "links", PackageResources.v0003_links_sqlite_sql),
        Migration(4, "signing_keys", PackageResources.v0004_signing_keys_sqlite_sql),
        Migration(5, "outbox", PackageResources.v0005_outbox_sqlite_sql),
        Migration(6, "revocations", PackageResources.v0006_revocations_sqlite_sql),
        Migration(7, "audit", PackageResources.v0007_audit_sqlite_sql),
        Migration(8, "guesses", PackageResources.v0008_guesses_sqlite_sql),
        Migration(9, "nonces", PackageResources.v0009_nonces_sqlite_sql),
        Migration(10, "api_keys", PackageResources.v0010_api_keys_sqlite_sql),
        Migration(11, "session_cookies", PackageResources.v0011_session_cookies_sqlite_sql),
        Migration(12, "heirs", PackageResources.v0012_heirs_sqlite_sql),
        Migration(13, "nodes", PackageResources.v0013_nodes_sqlite_sql),
        Migration(14, "administration", PackageResources.v0014_administration_sqlite_sql),
        Migration(15, "registrations", PackageResources.v0015_registrations_sqlite_sql),
        Migration(16, "mail_states", PackageResources.v0016_mail_states_sqlite_sql),
    ]

    /// `sql/postgres`.
    public static let postgres = [
        Migration(1, "accounts", PackageResources.v0001_accounts_postgres_sql),
        Migration(2, "sessions", PackageResources.v0002_sessions_postgres_sql),
        Migration(3, "links", PackageResources.v0003_links_postgres_sql),
        Migration(4, "signing_keys", PackageResources.v0004_signing_keys_postgres_sql),
        Migration(5, "outbox", PackageResources.v0005_outbox_postgres_sql),
        Migration(6, "revocations", PackageResources.v0006_revocations_postgres_sql),
        Migration(7, "audit", PackageResources.v0007_audit_postgres_sql),
        Migration(8, "guesses", PackageResources.v0008_guesses_postgres_sql),
        Migration(9, "nonces", PackageResources.v0009_nonces_postgres_sql),
        Migration(10, "api_keys", PackageResources.v0010_api_keys_postgres_sql),
        Migration(11, "session_cookies", PackageResources.v0011_session_cookies_postgres_sql),
        Migration(12, "heirs", PackageResources.v0012_heirs_postgres_sql),
        Migration(13, "nodes", PackageResources.v0013_nodes_postgres_sql),
        Migration(14, "administration", PackageResources.v0014_administration_postgres_sql),
        Migration(15, "registrations", PackageResources.v0015_registrations_postgres_sql),
        Migration(16, "mail_states", PackageResources.v0016_mail_states_postgres_sql),
    ]
}
