import Foundation

/// How fast a million accounts of other systems come into PostgreSQL, in how much memory, and whether all of them are
/// there, once, when the import is killed on its way and run again.
@MainActor
struct ImportRate {
    let binary: String
    private let accounts = 1_000_000

    func rows() throws -> [Row] {
        let folder = try WorkFolder()
        defer { folder.remove() }
        let postgres = try PostgresServer.start()
        defer { postgres.end() }
        let shared = try postgres.makeDatabase("bench", for: binary, in: folder)
        let file = try folder.write("config.yaml", shared)
        let script = try folder.write("lines.py", Self.lines)
        let lines = folder.path + "/users.jsonl"
        try ServerProcess("/usr/bin/python3", [script, lines, "\(accounts)"], log: folder.path + "/lines.log")
            .waitForEnd()
        let arguments = ["users", "import", lines, "--config", file]
        let begin = Moment.now()
        let killed = try ServerProcess(binary, arguments, log: folder.path + "/killed.log")
        var there = 0
        while there < accounts / 3 {
            try killed.checkAlive()
            Moment.now().advanced(bySeconds: 0.5).wait()
            there = try count(postgres)
        }
        let rate = Double(there) / Moment.now().since(begin)
        let memory = try killed.residentMegabytes(greatest: true)
        killed.end(by: SIGKILL)
        let again = try ServerProcess(binary, arguments, log: folder.path + "/again.log")
        try again.waitForEnd()
        guard try count(postgres) == accounts,
            try Int(postgres.sql("SELECT count(DISTINCT username) FROM accounts", in: "bench")) == accounts
        else { throw WrongAnswer() }
        return [
            Row(
                name: "import of accounts into PostgreSQL", gateway: String(format: "%.0f/s", rate), value: rate,
                range: String(format: "all in %.0f s", Moment.now().since(begin))),
            megabytes("  memory, killed at a third", memory), megabytes("  run to the end", again.greatestMegabytes),
            megabytes("gateway's memory at a million accounts", try serving(shared, in: folder)),
        ]
    }

    /// What a gateway holds that has a login of one of them behind it.
    private func serving(_ shared: String, in folder: WorkFolder) throws -> Double {
        let server = try GatewayServer.start(binary, in: folder, extra: shared)
        defer { server.process.end() }
        let login = Requests.request(
            "POST", "/auth/login", [], json: #"{"username":"user6","password":"correct horse battery staple"}"#)
        guard try Connection(port: server.port).exchange(login).status == 200 else { throw WrongAnswer() }
        StartAndMemory.settle()
        return try server.process.residentMegabytes()
    }

    private func count(_ postgres: PostgresServer) throws -> Int {
        guard let count = Int(try postgres.sql("SELECT count(*) FROM accounts", in: "bench")) else {
            throw WrongAnswer()
        }
        return count
    }

    private func megabytes(_ name: String, _ megabytes: Double) -> Row {
        Row(name: name, gateway: String(format: "%.1f MB", megabytes), value: megabytes)
    }

    /// Hashes of six formats in turn; that of every sixth is of the password that is logged in with.
    private static let lines = #"""
        import json, sys
        hashes = [
            "$2b$04$gL5rpo04Sh7GBq8OiaW.XOUv2N3dm.EkTNIkQWLCd3mDHiHa4/Gum",
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "{SSHA}FM6N1jTf/0PflNiYX1GDVd0V3b/acp0w",
            "pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c=",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw",
        ]
        with open(sys.argv[1], "w") as lines:
            for n in range(int(sys.argv[2])):
                account = {"id": f"old-{n}", "username": f"user{n}", "email": f"user{n}@example.com",
                           "groups": ["staff"], "created_at": "2024-01-02T03:04:05Z", "password_hash": hashes[n % 6]}
                lines.write(json.dumps(account) + "\n")
        """#
}
