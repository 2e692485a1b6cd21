using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Security.Keyring;
using Godwit.Security.Passwords;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Identity.Tests.SecondFactors;

/// <summary>The service, with a gate of hashes that a test can keep busy.</summary>
internal sealed class BusyModule(HashingGate gate) : IPlatformModule
{
    private readonly IdentityModule _service = new();

    public string Name => _service.Name;

    public IReadOnlyList<Setting> Settings => _service.Settings;

    public IReadOnlyList<KeyPurpose> Purposes => _service.Purposes;

    public void AddServices(IServiceCollection services, SettingValues settings)
    {
        _service.AddServices(services, settings);
        services.AddSingleton(gate);
    }

    public Task PrepareAsync(IServiceProvider services, CancellationToken cancellation) => _service.PrepareAsync(services, cancellation);

    public void MapRoutes(IEndpointRouteBuilder routes) => _service.MapRoutes(routes);

    public IEnumerable<BackgroundWork> BackgroundWork(IServiceProvider services) => _service.BackgroundWork(services);
}
