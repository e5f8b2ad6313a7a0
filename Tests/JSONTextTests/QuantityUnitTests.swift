import Testing

@testable import JSONText

struct QuantityUnitTests {
    @Test func spellingsAreUniqueOverAllDimensions() {
        let names = QuantityDimension.allCases.flatMap { $0.units.map(\.name) }
        #expect(Set(names).count == names.count)
    }

    @Test func everyUnitIsFoundByItsNameInItsDimensionOnly() {
        for dimension in QuantityDimension.allCases {
            for unit in dimension.units {
                #expect(unit.dimension == dimension)
                for other in QuantityDimension.allCases {
                    #expect(other.unit(spelled: unit.name) == (other == dimension ? unit : nil))
                }
            }
        }
    }

    @Test func sizesInBaseUnits() throws {
        for (name, size) in [("kB", 1e3), ("KiB", 1024), ("TiB", 0x1p40)] {
            #expect(try Quantity("1 \(name)", .bytes).valueInBaseUnits == size)
        }
        #expect(try Quantity("8 Tbit/s", .bandwidth).valueInBaseUnits == 1e12)
    }
}
