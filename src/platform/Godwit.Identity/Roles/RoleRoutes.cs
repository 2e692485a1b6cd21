using Godwit.Identity.Reference;
using Godwit.Identity.Requests;

namespace Godwit.Identity.Roles;

/// <summary>Which roles there are, and who has them.</summary>
internal static class RoleRoutes
{
    public static void Map(RouteMap routes)
    {
        routes.Admin("GET", "/v1/admin/roles", Permission.GrantRoles, async (context, _) => await RouteMap.AnswerAsync(context, await routes.Get<RoleAdministration>().ListAsync(context.RequestAborted), RoleJson.Default.IReadOnlyListRoleDocument))
            .Says("Lists the roles", RoleJson.Default.IReadOnlyListRoleDocument);
        routes.Admin("PUT", "/v1/admin/users/{id:guid}/roles/{role}", Permission.GrantRoles, async (context, caller) =>
        {
            await routes.Get<RoleAdministration>().GrantAsync(caller, RouteMap.Id(context), (string)context.Request.RouteValues["role"]!, context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Gives somebody a role");
        routes.Admin("DELETE", "/v1/admin/users/{id:guid}/roles/{role}", Permission.GrantRoles, async (context, caller) =>
        {
            await routes.Get<RoleAdministration>().WithdrawAsync(caller, RouteMap.Id(context), (string)context.Request.RouteValues["role"]!, context.RequestAborted);
            context.Response.StatusCode = 204;
        })
            .Says("Takes a role from somebody", refuses: [409]);
    }
}
