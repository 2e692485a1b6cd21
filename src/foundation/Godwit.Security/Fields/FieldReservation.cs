using Godwit.Security.Keyring;

namespace Godwit.Security.Fields;

/// <summary>Values that may be encrypted with the key that was active when they were reserved.</summary>
public readonly struct FieldReservation
{
    private readonly KeyBudget? _budget;
    private readonly long _values;

    internal FieldReservation(KeyBudget budget, long values) => (_budget, _values) = (budget, values);

    /// <summary>Gives back what was not used, once.</summary>
    /// <param name="unused">How many of the reserved values were not encrypted.</param>
    public void Release(long unused)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(unused);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(unused, _values);
        _budget?.Break(unused);
    }
}
