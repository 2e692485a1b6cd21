using Godwit.Http.Modules;
using Godwit.Http.Settings;
using Godwit.Model.Findings;

namespace Godwit.Server.Settings;

/// <summary>The host's settings and its modules', judged together before anything begins.</summary>
internal static class ServerConfiguration
{
    public static (SettingValues? Settings, IReadOnlyList<Finding> Findings) Look(IReadOnlyList<IPlatformModule> modules, Func<string, string?> variable)
    {
        // Anything but the very word is production, where everything is asked for.
        var production = SettingReview.Read(ServerSettings.Environment.Name, variable).Value != "development";
        var (values, findings) = SettingReview.Look([.. ServerSettings.All, .. modules.SelectMany(m => m.Settings)], variable, production);
        if (values is null) return (null, findings);
        var (one, other) = (Addresses.Read(values.Text(ServerSettings.Listen.Name)), Addresses.Read(values.Text(ServerSettings.MetricsListen.Name)));
        return one.Port == 0 || one.Port != other.Port
            ? (values, findings)
            : (null, [.. findings, Finding.Error(FindingCodes.ServerSetting, $"{ServerSettings.MetricsListen.Name} has the port of {ServerSettings.Listen.Name}", remedy: "Give metrics a port of its own: what it tells is nobody's outside.")]);
    }
}
