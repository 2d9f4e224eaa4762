extension ObjectShape {
    /// What is wrong with the declared defaults of these settings and of all modules: each must be a value that its own
    /// setting takes. Empty when all is well; for a test of those who declare settings.
    public func problemsOfDefaults(registry: ModuleRegistry) -> [ConfigProblem] {
        var reading = ConfigReading(registry: registry)
        SettingShape.object(self).readDefaults(&reading)
        for module in registry.modules {
            reading.descend("\(module.slotName)/\(module.name)") { module.shape.readDefaults(&$0) }
        }
        return reading.problems
    }
}

extension SettingShape {
    fileprivate func readDefaults(_ reading: inout ConfigReading) {
        switch self {
        case .scalar, .module: break
        case .list(let item, _), .map(let item): item.readDefaults(&reading)
        case .either(let shapes): for shape in shapes { shape.readDefaults(&reading) }
        case .object(let object):
            for field in object.fields {
                reading.descend(field.name) {
                    field.readDefault?(&$0)
                    field.shape.readDefaults(&$0)
                }
            }
        }
    }
}
