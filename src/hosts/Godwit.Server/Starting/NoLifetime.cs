using Microsoft.Extensions.Hosting;

namespace Godwit.Server.Starting;

/// <summary>Signals are the program's: the framework's own way of stopping tells nobody before it closes the door.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
