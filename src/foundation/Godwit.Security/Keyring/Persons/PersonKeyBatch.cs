namespace Godwit.Security.Keyring.Persons;

/// <summary>Data keys of many persons, open for a piece of work. Disposing leaves their uses to the next <see cref="PersonKeys.ReportUseAsync"/>.</summary>
public sealed class PersonKeyBatch : IDisposable
{
    private readonly Dictionary<string, PersonKey> _keys = new(StringComparer.Ordinal);

    public int Count => _keys.Count;

    /// <returns>Null for who has no key, or was shredded.</returns>
    public PersonKey? Find(string person) => _keys.GetValueOrDefault(person);

    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
        _keys.Clear();
    }

    internal void Add(string person, PersonKey key)
    {
        if (_keys.TryAdd(person, key)) return;
        key.Dispose();
        throw new InvalidOperationException("the person's key is open already");
    }
}
