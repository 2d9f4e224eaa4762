import Foundation

/// What deploy/compose/secrets.sh makes, in a test's folder instead of a composition's volumes.
enum CompositionSecrets {
    static let files = [
        "gateway/secret_key", "gateway/database_password", "database/database_password",
        "database/database_owner_password", "nginx/tls_key", "nginx/tls_certificate",
    ]

    /// Runs the script as its service does, as a root who may give files away and nothing else; another user's files
    /// stay that user's. Programs of the folder's own `bin` stand before the system's.
    static func make(
        in folder: TestFolder, for name: String = "app.example.com"
    ) async throws -> (status: Int32, output: String) {
        for path in ["secrets", "bin"] {
            try FileManager.default.createDirectory(atPath: folder.path(path), withIntermediateDirectories: true)
        }
        // The machine's disk has what all other tests write.
        try program("sync", "exit 0", in: folder)
        let path = ["PATH": folder.path("bin") + ":/usr/bin:/bin"]
        let script = ["bash", Project.folder + "/deploy/compose/secrets.sh", name, folder.path("secrets")]
        if geteuid() == 0 {
            let rights = ["--no-new-privs", "--inh-caps=-all,+chown", "--bounding-set=-all,+chown"]
            return try await RunningProcess.run(
                "/usr/bin/setpriv", rights + script, environment: path, folder: folder.url)
        }
        try program("chown", "exit 0", in: folder)
        return try await RunningProcess.run("/usr/bin/env", script, environment: path, folder: folder.url)
    }

    /// Writes a program of the folder's own.
    static func program(_ name: String, _ body: String, in folder: TestFolder) throws {
        let bin = folder.path("bin")
        try FileManager.default.createDirectory(atPath: bin, withIntermediateDirectories: true)
        try folder.write("bin/" + name, "#!/bin/sh\n" + body + "\n")
        chmod(bin + "/" + name, 0o700)
    }

    static func text(of file: String, in folder: TestFolder) throws -> String {
        try String(contentsOfFile: folder.path("secrets/" + file), encoding: .utf8)
    }

    /// All that was made, by the files' names.
    static func texts(in folder: TestFolder) throws -> [String: String] {
        try Dictionary(uniqueKeysWithValues: files.map { ($0, try text(of: $0, in: folder)) })
    }
}
