using Godwit.Engine.Keys;
using Godwit.Security.Fields;
using Godwit.Security.Keyring.Persons;

namespace Godwit.Engine.Transforms.Keyed;

/// <summary>The data keys of the persons whose rows are worked on now, and the cipher of a column under each.</summary>
/// <param name="keyring">Where the keys are.</param>
/// <param name="column">What values are bound to besides their rows.</param>
internal sealed class OpenPersons(IRunKeyring keyring, FieldColumn column) : IDisposable
{
    private PersonKeyBatch? _batch;

    /// <summary>In the place of those who were open before.</summary>
    /// <param name="persons">NULLs are passed over.</param>
    /// <param name="create">Whether who has no key gets one.</param>
    /// <param name="cancellation">Stops.</param>
    public async ValueTask OpenAsync(IEnumerable<CellValue> persons, bool create, CancellationToken cancellation)
    {
        Dispose();
        string[] named = [.. persons.Select(p => p.Text).OfType<string>().Where(p => p.Length is > 0 and <= PersonKeys.LongestPerson).Distinct(StringComparer.Ordinal)];
        if (named.Length > 0) _batch = await keyring.OpenPersonsAsync(named, create, cancellation);
    }

    /// <returns>Null for who has no key.</returns>
    public FieldCipher? CipherOf(CellValue person) => person.Text is { } name && _batch?.Find(name) is { } key ? new FieldCipher(key.Keys, column, keyring.Usage) : null;

    public void Dispose()
    {
        _batch?.Dispose();
        _batch = null;
    }
}
