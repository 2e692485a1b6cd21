using Godwit.Engine.Keys;
using Godwit.Security.Fields;
using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;
using Godwit.Security.Keyring.Persons;

namespace Godwit.TestServers;

/// <summary>A keyring in memory with a key of each purpose that transforms use, its administrator, and what a run is given of it.</summary>
public sealed class TestKeyring : IKeyDependents, IAsyncDisposable
{
    private readonly MemoryKeyStore _store = new();
    private readonly MasterKeys _masters = new(LocalMasterKey.Create());
    private readonly MemoryKeyAudit _audit = new();
    private readonly MemoryKeyUsage _usage = new();
    private readonly MemoryPersonKeyStore _persons = new();
    private LiveKeyring _application = null!;

    private TestKeyring() => Administration = new KeyAdministration(_store, _masters, _audit, this, _usage, TimeProvider.System);

    public KeyAdministration Administration { get; }

    /// <summary>What the run was given: it learns of a rotation only when it looks.</summary>
    public RunKeyring Run { get; private set; } = null!;

    /// <summary>Columns that the run noted.</summary>
    public List<KeyedColumn> Noted { get; } = [];

    public static async Task<TestKeyring> MakeAsync(params IReadOnlyList<KeyPurpose> purposes)
    {
        var keyring = new TestKeyring();
        foreach (var purpose in purposes) await keyring.Administration.CreateAsync(purpose, CancellationToken.None);
        keyring._application = await keyring.LoadAsync();
        keyring.Run = new RunKeyring(await keyring.LoadAsync(), keyring._usage, keyring._persons, keyring._audit, keyring.NoteAsync, TimeProvider.System);
        return keyring;
    }

    public static Task<TestKeyring> MakeAsync() => MakeAsync(KeyPurpose.Data, KeyPurpose.Index, KeyPurpose.Pepper);

    /// <summary>Another key writes from now on.</summary>
    /// <returns>The key before it.</returns>
    public async Task<KeyId> RotateAsync(KeyPurpose purpose)
    {
        var former = (await _store.LoadAsync(CancellationToken.None)).ActiveOf(purpose)!.Id;
        await Administration.RotateAsync(purpose, CancellationToken.None);
        await _application.RefreshAsync(CancellationToken.None);
        return former;
    }

    /// <summary>The application's keys, which are always the newest.</summary>
    public Task<PurposeKeys> KeysAsync(KeyPurpose purpose) => _application.OpenAsync(purpose, CancellationToken.None);

    public async Task<FieldCipher> CipherAsync(string table, string column) => new(await KeysAsync(KeyPurpose.Data), new FieldColumn(table, column), _usage);

    /// <summary>The application's way to persons' keys.</summary>
    public async Task<PersonKeys> PersonsAsync() => new(_persons, await KeysAsync(KeyPurpose.Person), _audit, TimeProvider.System);

    public FieldCipher CipherOf(PersonKey person, string table, string column) => new(person.Keys, new FieldColumn(table, column), _usage);

    public Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([]);

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        await Run.DisposeAsync();
    }

    private Task<LiveKeyring> LoadAsync() => LiveKeyring.LoadAsync(_store, _masters, _audit, TimeProvider.System, CancellationToken.None);

    private Task NoteAsync(Engine.Runs.IRunSession session, KeyedColumn column, CancellationToken cancellation)
    {
        Noted.Add(column);
        return Task.CompletedTask;
    }
}
