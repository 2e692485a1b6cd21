using Godwit.Engine.Keys;
using Godwit.Engine.Runs;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Persons;

namespace Godwit.TestServers;

/// <summary>A run's keyring over one that is loaded.</summary>
/// <param name="keyring">The keys; this owns it.</param>
/// <param name="usage">The count that all hosts share.</param>
/// <param name="note">Registers a column in the caller's transaction.</param>
/// <param name="personKeys">Where persons' keys are.</param>
/// <param name="audit">Where it is noted that they were opened.</param>
/// <param name="time">The clock.</param>
public sealed class RunKeyring(LiveKeyring keyring, IKeyUsage usage, IPersonKeyStore personKeys, IKeyAudit audit, Func<IRunSession, KeyedColumn, CancellationToken, Task> note, TimeProvider time) : IRunKeyring, IAsyncDisposable
{
    /// <summary>How long a rotation goes unnoticed.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private long _looked = time.GetTimestamp();

    public IKeyUsage Usage => usage;

    /// <summary>What this host acknowledges.</summary>
    public KeyringPosition Position => keyring.Position;

    public Task<PurposeKeys> OpenAsync(KeyPurpose purpose, CancellationToken cancellation) => keyring.OpenAsync(purpose, cancellation);

    public async Task<PersonKeyBatch> OpenPersonsAsync(IReadOnlyCollection<string> persons, bool create, CancellationToken cancellation) =>
        await new PersonKeys(personKeys, await keyring.OpenAsync(KeyPurpose.Person, cancellation), audit, time).OpenAsync(persons, create, cancellation);

    public async Task RefreshAsync(bool now, CancellationToken cancellation)
    {
        if (!now && time.GetElapsedTime(Interlocked.Read(ref _looked)) < s_interval) return;
        Interlocked.Exchange(ref _looked, time.GetTimestamp());
        await keyring.RefreshAsync(cancellation);
        await keyring.ReportUseAsync(cancellation);
    }

    public Task NoteColumnAsync(IRunSession session, KeyedColumn column, CancellationToken cancellation) => note(session, column, cancellation);

    public ValueTask DisposeAsync() => keyring.DisposeAsync();
}
