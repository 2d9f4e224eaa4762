extension PostgresCluster {
    /// Makes a server that follows this one, at a port unless a free one will do, and has the commits of this one wait
    /// for it from now on.
    public func addStandby(port: Int? = nil) async throws -> PostgresCluster {
        let standby = try PostgresCluster(["fsync=on"], port: port)
        try await standby.run([
            "pg_basebackup", "-h", folder, "-p", "\(self.port)", "-U", "postgres", "-D", standby.data, "-X", "stream",
            "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
        ])
        try await standby.start()
        try await sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        try await sql("SELECT pg_reload_conf()")
        while try await sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "0" {
            try Task.checkCancellation()
        }
        return standby
    }

    /// Has a standby take writes, and waits until it does.
    public func promote() async throws { try await sql("SELECT pg_promote()") }
}
