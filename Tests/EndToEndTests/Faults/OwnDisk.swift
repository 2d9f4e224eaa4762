import Foundation
import Testing

/// A small disk in memory that only one gateway sees, at its `data` folder; it goes with the process.
struct OwnDisk {
    private let folder: String

    /// Starts a gateway on such a disk.
    static func start(in folder: TestFolder) async throws -> GatewayProcess {
        let mount = "mkdir -m 700 data && mount -t tmpfs -o size=4m,mode=700 none data && exec \"$@\""
        return try await GatewayProcess.start(
            in: folder, extra: StoreTroubleTests.settings,
            behind: ["/usr/bin/unshare", "-rm", "sh", "-c", mount, "sh"])
    }

    init(of gateway: GatewayProcess) {
        folder = "/proc/\(gateway.process.pid)/root\(gateway.folder.url.path)/data"
    }

    /// Leaves no byte free.
    func fill() throws {
        let file = open(folder + "/filler", O_CREAT | O_WRONLY, 0o600)
        guard file >= 0 else { throw Failed(code: errno) }
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: 4096)
        while write(file, zeros, zeros.count) > 0 {}
        guard errno == ENOSPC else { throw Failed(code: errno) }
    }

    func makeRoom() throws { guard unlink(folder + "/filler") == 0 else { throw Failed(code: errno) } }

    /// A copy of the store as it is now, in a folder that others see too; the gateway stands still meanwhile.
    func copied(of gateway: GatewayProcess) throws -> TestFolder {
        let copy = try TestFolder()
        let data = copy.url.appendingPathComponent("data")
        gateway.process.send(SIGSTOP)
        defer { gateway.process.send(SIGCONT) }
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
        for name in ["auth-gateway.db", "auth-gateway.db-wal"] {
            let bytes = try Data(contentsOf: URL(filePath: folder + "/" + name))
            try bytes.write(to: data.appendingPathComponent(name))
        }
        return copy
    }

    struct Failed: Error { let code: Int32 }
}

extension Trait where Self == ConditionTrait {
    /// Says that a test mounts a disk of its own, which some systems let nobody but root do; there it is skipped and
    /// says so, but not where CI is set.
    static var needsOwnMounts: Self {
        .enabled("this system lets nobody but root mount a disk of their own") {
            if ProcessInfo.processInfo.environment["CI"] != nil { return true }
            let tried = try await RunningProcess.run(
                "/usr/bin/unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"], folder: URL(filePath: "/"))
            return tried.status == 0
        }
    }
}
