namespace Godwit.Security.Keyring.Persons;

/// <summary>Persons' keys for as long as the process lives.</summary>
public sealed class MemoryPersonKeyStore : IPersonKeyStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, PersonKeyRecord> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shredded = new(StringComparer.Ordinal);

    public Task<PersonKeyRecord?> FindAsync(string person, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult(_keys.GetValueOrDefault(person));
    }

    public Task<PersonKeyRecord?> AddAsync(PersonKeyRecord record, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_shredded.Contains(record.Person)) return Task.FromResult<PersonKeyRecord?>(null);
            if (_keys.TryAdd(record.Person, record)) return Task.FromResult<PersonKeyRecord?>(record);
            return Task.FromResult<PersonKeyRecord?>(_keys[record.Person]);
        }
    }

    public Task<IReadOnlyList<PersonKeyRecord>> FindAsync(IReadOnlyCollection<string> persons, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<PersonKeyRecord>>([.. persons.Select(p => _keys.GetValueOrDefault(p)).OfType<PersonKeyRecord>()]);
    }

    public Task<IReadOnlyList<PersonKeyRecord>> AddAsync(IReadOnlyCollection<PersonKeyRecord> records, CancellationToken cancellation)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                if (!_shredded.Contains(record.Person)) _keys.TryAdd(record.Person, record);
            }
            return Task.FromResult<IReadOnlyList<PersonKeyRecord>>([.. records.Select(r => _keys.GetValueOrDefault(r.Person)).OfType<PersonKeyRecord>()]);
        }
    }

    public Task<bool> TryReplaceAsync(PersonKeyRecord former, PersonKeyRecord next, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_keys.TryGetValue(former.Person, out var there) || !there.Wrapped.AsSpan().SequenceEqual(former.Wrapped.AsSpan())) return Task.FromResult(false);
            _keys[former.Person] = next;
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<PersonKeyRecord>> WrappedByAsync(KeyId key, int most, CancellationToken cancellation)
    {
        lock (_lock) return Task.FromResult<IReadOnlyList<PersonKeyRecord>>([.. _keys.Values.Where(k => k.WrappedBy == key).OrderBy(k => k.Person, StringComparer.Ordinal).Take(most)]);
    }

    public Task<bool> ShredAsync(string person, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _shredded.Add(person);
            return Task.FromResult(_keys.Remove(person));
        }
    }
}
