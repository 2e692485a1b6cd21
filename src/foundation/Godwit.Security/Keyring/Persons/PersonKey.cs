namespace Godwit.Security.Keyring.Persons;

/// <summary>
/// One person's data key, open for a while. Open it for a piece of work and dispose of it, so that shredding takes effect soon. Either way of disposing has its uses counted; the asynchronous
/// one notes them at once, the other leaves them to the next <see cref="PersonKeys.ReportUseAsync"/>.
/// </summary>
public sealed class PersonKey : IAsyncDisposable, IDisposable
{
    private readonly KeyMaterial _material;
    private readonly Func<CancellationToken, Task> _report;

    internal PersonKey(KeyMaterial material, Func<CancellationToken, Task> report)
    {
        (_material, _report) = (material, report);
        Keys = new PurposeKeys(KeyPurpose.PersonData, new KeySet(default, material, [material], []));
    }

    public KeyId Id => _material.Id;

    /// <summary>What a cipher of the person's fields works with.</summary>
    public PurposeKeys Keys { get; }

    public void Dispose()
    {
        Keys.Current = KeySet.Ended(default);
        _material.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _report(CancellationToken.None);
    }
}
