import Synchronization

extension PostgresCluster {
    /// Orders of texts that a database may have by default.
    public enum Collation: String, CaseIterable, Sendable {
        case c = "C"
        case english = "en_US"
        case turkish = "tr_TR"
        /// The same by ICU instead of the C library.
        case turkishByICU = "tr-TR"
    }

    /// Makes a database of that collation, and gives its name.
    public func makeDatabase(_ collation: Collation = .c) async throws -> String {
        let name = "db\(databases.add(1, ordering: .relaxed).newValue)"
        let words =
            switch collation {
            case .c: "LOCALE 'C'"
            case .english, .turkish: "LOCALE_PROVIDER libc LOCALE '\(try await makeLocale(collation.rawValue))'"
            case .turkishByICU: "LOCALE_PROVIDER icu LOCALE 'C' ICU_LOCALE '\(collation.rawValue)'"
            }
        try await sql("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8' \(words)")
        return name
    }

    /// Makes a locale of the C library, once, where the server looks for it, and gives its name.
    private func makeLocale(_ language: String) async throws -> String {
        let name = "\(language).UTF-8"
        let making = locales.withLock { locales in
            if let making = locales[name] { return making }
            let making = Task {
                let folder = "\(self.folder)/\(ServerProcess.locales)"
                try await self.run(["/usr/bin/mkdir", "-p", folder])
                try await self.run(["/usr/bin/localedef", "-i", language, "-f", "UTF-8", "\(folder)/\(name)"])
            }
            locales[name] = making
            return making
        }
        try await making.value
        return name
    }
}
