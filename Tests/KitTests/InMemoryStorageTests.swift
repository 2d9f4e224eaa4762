import GatewayTestKit
import Testing

@Suite struct InMemoryStorageTests {
    @Test(arguments: StorageConformance.checks)
    func `the store in memory keeps every promise of storage`(check: StorageConformance.Check) async throws {
        try await check.verify(in: StoragePlace(only: InMemoryStorage(), because: "it lives as long as its value"))
    }

    @Test(arguments: StorageConformance.checks)
    func `and does so when every write closure runs twice`(check: StorageConformance.Check) async throws {
        let storage = InMemoryStorage(repeatsWrites: true)
        try await check.verify(in: StoragePlace(only: storage, because: "it lives as long as its value"))
    }
}
