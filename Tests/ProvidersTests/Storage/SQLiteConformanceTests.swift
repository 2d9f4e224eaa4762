import GatewayTestKit
import Testing

@testable import GatewayProviders

@Suite struct SQLiteConformanceTests {
    @Test(arguments: StorageConformance.checks)
    func `SQLite keeps every promise of storage`(check: StorageConformance.Check) async throws {
        let folder = try TemporaryFolder()
        try await check.verify(
            in: StoragePlace {
                try await SQLiteStorage.open(
                    path: folder.file("gateway.db"), time: ManualTime(), busyTimeout: .seconds(60))
            })
    }
}
