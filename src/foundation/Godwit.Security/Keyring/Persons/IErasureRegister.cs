namespace Godwit.Security.Keyring.Persons;

/// <summary>
/// Who was erased. It lies where no backup of the data takes it along or brings an older one back: a restored database has their keys again, and this says whom to shred once more. An implementation
/// keeps a person's id for as long as the oldest backup that may be restored, and no longer.
/// </summary>
public interface IErasureRegister
{
    /// <summary>Notes a person, durably, before the person's key is shredded. Noting twice is no error.</summary>
    Task AddAsync(string person, CancellationToken cancellation);

    /// <summary>Everybody, in any order.</summary>
    IAsyncEnumerable<string> ListAsync(CancellationToken cancellation);
}
