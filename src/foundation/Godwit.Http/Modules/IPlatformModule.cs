using Godwit.Http.Health;
using Godwit.Http.Settings;
using Godwit.Security.Keyring;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Godwit.Http.Modules;

/// <summary>
/// What a part of the platform adds to a host. A module knows no other: what several need is in <c>foundation</c>, and only a host names them together. What it gets without asking: its log lines are masked and carry the
/// trace's id, its errors become problem details, its routes are logged, measured and limited, and its answers have the security headers.
/// </summary>
public interface IPlatformModule
{
    /// <summary>One word in lower case, of which a host has one module.</summary>
    string Name { get; }

    /// <summary>What it reads from its surroundings. The host judges all settings of all modules together before anything begins, and refuses to start; a module sees only settings that fit.</summary>
    IReadOnlyList<Setting> Settings => [];

    /// <summary>Meters (<c>System.Diagnostics.Metrics</c>) whose figures are exposed; those whose names begin with <c>Godwit.</c> are anyway.</summary>
    IReadOnlyList<string> Meters => [];

    /// <summary>Purposes of which it needs a key (<see cref="Keys.IPlatformKeyring"/>). A host without a master key, or without an active key of one of them, does not start; in development the keys are made.</summary>
    IReadOnlyList<KeyPurpose> Purposes => [];

    /// <summary>Its services. Those of the host that are there: <c>NpgsqlDataSource</c>; <c>RedisClient</c> where Redis is configured; <see cref="TimeProvider"/>; <see cref="SettingValues"/>.</summary>
    void AddServices(IServiceCollection services, SettingValues settings)
    {
    }

    /// <summary>Makes ready what takes a while or may fail: keys are opened here, the schema is looked at. It is called once, with the database at hand, before any request is taken.</summary>
    /// <exception cref="ModuleRefusedException">The host may not start.</exception>
    Task PrepareAsync(IServiceProvider services, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Its routes. A template is a metric's label and stands in the log: what is about a person goes into a parameter, never into a literal.</summary>
    void MapRoutes(IEndpointRouteBuilder routes)
    {
    }

    /// <summary>What its readiness hangs on.</summary>
    IEnumerable<HealthCheck> HealthChecks(IServiceProvider services) => [];

    /// <summary>What goes on beside the requests.</summary>
    IEnumerable<BackgroundWork> BackgroundWork(IServiceProvider services) => [];
}
