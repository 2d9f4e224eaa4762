extension Settings where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of an enumeration's words.
    public static var choice: Self {
        Settings<String>.words(Value.allCases.map(\.rawValue)).compactMap { word throws(InputRefusal) in
            guard let value = Value(rawValue: word) else { throw InputRefusal("unknown_word", "unknown word") }
            return value
        }
    }
}
