import Foundation
import Synchronization
public import Testing

extension PostgresCluster {
    /// Starts one whose data lie on a small disk in memory, which only its server sees.
    public static func startOnSmallDisk() async throws -> PostgresCluster {
        guard getuid() == 0 else { throw ServerFailure(words: "a small disk", output: rootIsNeeded) }
        let mount = """
            cp -a data copy && mount -t tmpfs -o size=160m,mode=700,uid=$(stat -c %u data),gid=$(stat -c %g data) none data \
            && cp -a copy/. data && exec "$@"
            """
        let cluster = try PostgresCluster(
            ["min_wal_size=32MB", "max_wal_size=32MB"], behind: ["/usr/bin/unshare", "-m", "sh", "-c", mount, "sh"])
        try await cluster.initialise()
        try await cluster.start()
        return cluster
    }

    /// Leaves no byte of that disk free.
    public func fillDisk() throws {
        let file = open(try filler, O_CREAT | O_WRONLY, 0o600)
        defer { close(file) }
        let zeros = [UInt8](repeating: 0, count: 4096)
        while file >= 0, write(file, zeros, zeros.count) > 0 {}
        guard errno == ENOSPC else { throw ServerFailure(words: "filling the disk", output: "errno \(errno)") }
    }

    /// Frees what was filled.
    public func makeRoom() throws { try FileManager.default.removeItem(atPath: filler) }

    fileprivate static var rootIsNeeded: String { "only root can mount a disk for another user" }

    private var filler: String {
        get throws {
            guard let pid = process.withLock({ $0?.pid }) else {
                throw ServerFailure(words: "disk", output: "no server")
            }
            return "/proc/\(pid)/root\(data)/filler"
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// Says that a test mounts a disk for a server that refuses to be root, which root alone can do; who is not skips
    /// it and is told so. But where CI is set nothing is skipped, and the test fails.
    public static var needsRoot: Self {
        .enabled(
            if: ProcessInfo.processInfo.environment["CI"] != nil || getuid() == 0, "\(PostgresCluster.rootIsNeeded)")
    }
}
