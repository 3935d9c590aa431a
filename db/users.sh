#!/bin/bash
# Run by the database's container at its first start, after init.sql: one user for each service, and
# one for migrations. What each may do is in grants.sql, which every migration applies.
# The passwords come from secret files and go through standard input: they are in no argument list.

for user in auth catalog media migrate; do
    password=$(cat "/run/secrets/db_${user}_password")
    docker_process_sql --database=mysql <<<"CREATE USER 'vireo_${user}'@'%' IDENTIFIED BY '${password}';"
done
docker_process_sql --database=mysql <<<"GRANT ALL PRIVILEGES ON \`${MARIADB_DATABASE}\`.* TO 'vireo_migrate'@'%' WITH GRANT OPTION;"
unset password
