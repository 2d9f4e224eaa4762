-- Run once, on an empty volume, by PostgreSQL's image: a role that owns one database and is nothing else.
\set password `cat /secrets/database_password`
CREATE ROLE gateway LOGIN PASSWORD :'password';
CREATE DATABASE gateway OWNER gateway ENCODING 'UTF8' TEMPLATE template0;
