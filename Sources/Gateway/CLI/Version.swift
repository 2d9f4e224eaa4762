/// The version of this source.
enum Version {
    /// As `--version` prints it (Semantic Versioning 2.0).
    static let current = "0.1.0"
}
