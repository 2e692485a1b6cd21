using Godwit.Http.Problems;
using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Devices;

/// <summary>One's own devices.</summary>
internal static class DeviceRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Private("GET", "/v1/auth/devices", sensitive: false, async (context, caller) =>
            await RouteMap.AnswerAsync(context, await routes.Get<OwnDevices>().ListAsync(caller, context.RequestAborted), IdentityJson.Default.IReadOnlyListDeviceDocument))
            .Says("Lists one's devices", IdentityJson.Default.IReadOnlyListDeviceDocument);
        routes.Private("PATCH", "/v1/auth/devices/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnDevices>().ChangeAsync(caller, RouteMap.Id(context), await JsonBody.ReadAsync(context, IdentityJson.Default.DeviceChange), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Names a device, or trusts it", takes: IdentityJson.Default.DeviceChange, example: """{"name":"The laptop","trusted":true}""");
        routes.Private("DELETE", "/v1/auth/devices/{id:guid}", sensitive: true, async (context, caller) =>
        {
            await routes.Get<OwnDevices>().RevokeAsync(caller, RouteMap.Id(context), Client.Of(context), context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Forgets a device, and ends its sessions");
    }
}
