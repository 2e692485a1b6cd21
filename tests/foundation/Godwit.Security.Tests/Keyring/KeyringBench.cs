using Godwit.Security.Keyring;
using Godwit.Security.Keyring.Masters;

namespace Godwit.Security.Tests.Keyring;

/// <summary>A keyring with everything around it, in memory.</summary>
public sealed class KeyringBench : IKeyDependents, IDisposable
{
    public KeyringBench() => Administration = AdministrationUnder(new MasterKeys(Master));

    public MemoryKeyStore Store { get; } = new();

    public MemoryKeyAudit Audit { get; } = new();

    public MemoryKeyUsage Usage { get; } = new();

    public MovableClock Clock { get; } = new();

    public LocalMasterKey Master { get; } = LocalMasterKey.Create();

    public KeyAdministration Administration { get; }

    public List<string> Users { get; } = [];

    /// <summary>Hosts, with the version that each has loaded.</summary>
    public Dictionary<string, long> Hosts { get; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public KeyAdministration AdministrationUnder(MasterKeys masters) => new(Store, masters, Audit, this, Usage, Clock);

    public Task<LiveKeyring> LoadAsync() => LiveKeyring.LoadAsync(Store, new MasterKeys(Master), Audit, Clock, Cancellation);

    /// <summary>Keys of a purpose with a new active one.</summary>
    public async Task<PurposeKeys> NewAsync(KeyPurpose purpose)
    {
        await Administration.CreateAsync(purpose, Cancellation);
        return await (await LoadAsync()).OpenAsync(purpose, Cancellation);
    }

    public async Task<KeyState> StateOfAsync(KeyId id) => (await Store.LoadAsync(Cancellation)).Find(id)!.State;

    public Task<IReadOnlyList<string>> UsersOfAsync(KeyRecord key, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>([.. Users]);

    public Task<IReadOnlyList<string>> HostsBehindAsync(long version, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([.. Hosts.Where(h => h.Value < version).Select(h => h.Key)]);

    public void Dispose() => Master.Dispose();
}
