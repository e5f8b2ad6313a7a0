import Hardware
import Testing

@Suite struct ProvenanceTests {
    @Test(arguments: [
        (Provenance.measured, "measured", 0.03), (.fewshot(samples: 16), "fewshot(16)", 0.06),
        (.sibling(of: "h100"), "sibling(h100)", 0.08), (.published(source: ""), "published", 0.10),
        (.datasheet, "datasheet", 0.15), (.assumed, "assumed", 0.30),
    ])
    func spellingAndSpread(_ provenance: Provenance, text: String, deviation: Double) {
        #expect(provenance.description == text)
        #expect(Provenance(parsing: text) == provenance)
        #expect(provenance.logStandardDeviation(vendorEverMeasured: true) == deviation)
    }

    @Test func onlyDatasheetsDependOnTheVendor() {
        #expect(Provenance.datasheet.logStandardDeviation(vendorEverMeasured: false) == 0.25)
        let others: [Provenance] = [
            .measured, .fewshot(samples: 1), .sibling(of: "x"), .published(source: "x"), .assumed,
        ]
        for other in others {
            let known = other.logStandardDeviation(vendorEverMeasured: true)
            #expect(other.logStandardDeviation(vendorEverMeasured: false) == known)
        }
        #expect(DeviceVendor.allCases.filter(\.isEverMeasured) == [.nvidia])
    }

    @Test func publishedTakesItsSourceFromBesideOrWithin() {
        #expect(Provenance(parsing: "published", source: "a page") == .published(source: "a page"))
        #expect(Provenance(parsing: "published(own)", source: "a page") == .published(source: "own"))
        #expect(Provenance(parsing: "sibling(h100)", source: "a page") == .sibling(of: "h100"))
    }

    @Test(arguments: [
        "", "Measured", "fewshot", "fewshot()", "fewshot(0)", "fewshot(-3)", "fewshot(many)", "sibling",
        "sibling()", "datasheet(x)", "measured ", "assumed(1)", "(16)", "fewshot(16",
    ])
    func refusesWhatIsNoSpelling(_ text: String) {
        #expect(Provenance(parsing: text) == nil)
    }

    /// Of few measurements less is known: a quarter for one, as a sixteen-sample fit from sixteen on.
    @Test func fewerMeasurementsAreLessCertain() {
        let deviations = [1, 4, 6, 15, 16, 60].map {
            Provenance.fewshot(samples: $0).logStandardDeviation(vendorEverMeasured: true)
        }
        #expect(deviations == deviations.sorted(by: >))
        #expect(deviations[0] == 0.24 && deviations[1] == 0.12 && deviations[4] == 0.06 && deviations[5] == 0.06)
    }
}
