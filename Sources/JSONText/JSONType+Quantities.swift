extension JSONType<Double> {
    /// A quantity with its unit, in base units (s, B, B/s, OP/s, Hz, W): `"4.0 TB/s"`.
    public static func quantity(_ dimension: QuantityDimension, sign: Quantity.Sign = .nonNegative)
        -> JSONType
    {
        JSONType(expected: dimension.nameInText, standIn: 1) { reader in
            reader.quantity(dimension, sign) { (quantity) throws(QuantityError) in
                let value = quantity.valueInBaseUnits
                if !value.isFinite { throw .outOfRange }
                return value
            }
        }
    }
}

extension JSONType<Int64> {
    /// A time with its unit, in nanoseconds, converted exactly and rounded once half to even:
    /// `"50 ms"`.
    public static func duration(sign: Quantity.Sign = .nonNegative) -> JSONType {
        JSONType(expected: "a time", standIn: 1) { reader in
            reader.quantity(.time, sign) { (quantity) throws(QuantityError) in
                try quantity.integer(digits: 9)
            }
        }
    }

    /// A number of bytes with its unit, converted exactly and rounded once half to even: `"64 GiB"`.
    public static func bytes(sign: Quantity.Sign = .nonNegative) -> JSONType {
        JSONType(expected: "a number of bytes", standIn: 1) { reader in
            reader.quantity(.bytes, sign) { (quantity) throws(QuantityError) in try quantity.integer() }
        }
    }
}

extension JSONReader {
    /// Reads a quantity and converts it, reporting what fails.
    fileprivate func quantity<Value>(
        _ dimension: QuantityDimension, _ sign: Quantity.Sign,
        _ convert: (Quantity) throws(QuantityError) -> Value
    ) -> Value? {
        do throws(QuantityError) {
            return try convert(Quantity(quantityText(dimension), dimension, sign: sign))
        } catch {
            reportExpected(error.expectation(dimension), remedy: error.remedy)
            return nil
        }
    }

    private func quantityText(_ dimension: QuantityDimension) throws(QuantityError) -> String {
        if let text = value.stringValue { return text }
        guard let number = value.numberValue else { throw .notANumber(dimension) }
        let written = JSONWriter.compact.text(of: value)
        throw .missingUnit(dimension, proposal: dimension.proposal(for: number, written: written))
    }
}
